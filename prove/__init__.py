"""`make prove HOURS=n`: the tests of promises in their long forms, with new seeds each turn."""
