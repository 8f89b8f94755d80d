"""`syncline demo`: three people, two stand-ins, real runs of the real command line."""
