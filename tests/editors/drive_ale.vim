" Does in Vim what a user of ALE would, and writes down what is seen.  (after a recipe, by `source`)
function! s:Wait(what) abort
    let l:tries = 0
    while !eval(a:what) && l:tries < 1000
        sleep 20m
        let l:tries += 1
    endwhile
endfunction

function! s:Findings() abort
    let l:found = []
    for l:one in ale#engine#GetLoclist(bufnr('%'))
        call add(l:found, {'linter': l:one.linter_name, 'code': get(l:one, 'code', ''),
        \   'line': l:one.lnum, 'column': l:one.col, 'end_line': get(l:one, 'end_lnum', 0),
        \   'end_column': get(l:one, 'end_col', 0), 'message': l:one.text, 'type': l:one.type})
    endfor
    return l:found
endfunction

function! Drive() abort
    let l:seen = {}
    call ale#Queue(0)
    call s:Wait('!empty(ale#engine#GetLoclist(bufnr("%")))')
    let l:seen.opened = s:Findings()
    " typing, without saving
    call append(0, '# typed')
    call ale#Queue(0)
    call s:Wait('get(get(ale#engine#GetLoclist(bufnr("%")), 0, {}), "lnum") == ' . (l:seen.opened[0].line + 1))
    let l:seen.typed = s:Findings()
    let l:seen.on_disk = readfile(expand('%'))
    " fixing
    let l:before = getline(1, '$')
    ALEFix
    call s:Wait('getline(1, "$") != ' . string(l:before))
    let l:seen.fixed = getline(1, '$')
    call ale#Queue(0)
    call s:Wait('empty(ale#engine#GetLoclist(bufnr("%")))')
    let l:seen.left = s:Findings()
    call writefile([json_encode(l:seen)], 'seen.json')
    qall!
endfunction
