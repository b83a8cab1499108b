"""Did everything run that tells two versions apart? Read off their texts and off what ran."""
