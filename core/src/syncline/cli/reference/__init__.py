"""The reference documentation of the file and of the command line, generated from the code.

`python -m syncline.cli.reference [--check] [FOLDER]`
"""
