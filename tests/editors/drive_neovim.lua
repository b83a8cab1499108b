-- Does in Neovim what a user would, and writes down what is seen.  (after a recipe, by `luafile`)
local seen = {}

local function wait(what)
  return vim.wait(20000, what, 20)
end

local function findings()
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, {
      code = one.code or (one.user_data and one.user_data.lsp and one.user_data.lsp.code),
      message = one.message, line = one.lnum, column = one.col,
      end_line = one.end_lnum, end_column = one.end_col, source = one.source,
    })
  end
  return found
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') .. '\n'
end

local function typed(new)
  local lines = vim.split(new:sub(1, -2), '\n')
  vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
end

local function chosen(wanted)
  local done = false
  vim.ui.select = function(items, options, on_choice)
    for _, item in ipairs(items) do
      local label = options.format_item(item)
      table.insert(seen.titles, label)
      if label:find(wanted, 1, true) then
        on_choice(item)
        done = true
      end
    end
  end
  seen.titles = {}
  local before = text()
  vim.lsp.buf.code_action()
  wait(function() return done and text() ~= before end)
  return text()
end

wait(function() return #vim.diagnostic.get(0) > 0 end)
seen.opened = findings()

-- typing, without saving
local with_comment = '# 😀\n' .. text()
typed(with_comment)
wait(function()
  local now = vim.diagnostic.get(0)
  return #now > 0 and now[1].lnum == seen.opened[1].line + 1
end)
seen.typed = findings()

-- what can be done
vim.api.nvim_win_set_cursor(0, { seen.typed[1].line + 1, seen.typed[1].column + 2 })
local hovered = vim.lsp.buf_request_sync(0, 'textDocument/hover', vim.lsp.util.make_position_params(), 20000)
for _, answer in pairs(hovered) do seen.hover = answer.result.contents.value end
seen.ignored = chosen('Ignore')
wait(function() return #vim.diagnostic.get(0) == 0 end)
seen.after_ignoring = #vim.diagnostic.get(0)
typed(with_comment)
wait(function() return #vim.diagnostic.get(0) > 0 end)
vim.api.nvim_win_set_cursor(0, { seen.typed[1].line + 1, seen.typed[1].column + 2 })
seen.fixed = chosen('Create the layer')
wait(function() return #vim.diagnostic.get(0) == 0 end)
seen.after_fixing = #vim.diagnostic.get(0)
typed(with_comment)

-- saving
vim.cmd('write')
seen.saved = text()

local file = assert(io.open('seen.json', 'w'))
file:write(vim.json.encode(seen))
file:close()
vim.cmd('qall!')
