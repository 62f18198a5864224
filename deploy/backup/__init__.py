"""`meldpunt backup` and `meldpunt restore`: everything of a house as it was at one moment, and back from it.

`take` makes a backup, `keys` the identity that opens it and its end, `manifest` says what it is, `sealed` carries bytes through age,
`wrong` finds everything that is wrong with one, `again` does over what has to be done over before anybody serves, `restore` puts it in the
place of what was lost. What lies where and why: docs/decisions/0061-a-backup-opens-with-three-things.md.
"""
