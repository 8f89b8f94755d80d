"""What every item of a mailbox has: ids, versions, a place, changes that a delta tells of."""
