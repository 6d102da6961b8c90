"""The command line: a module a command, no arithmetic."""
