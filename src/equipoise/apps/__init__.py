"""What people see: command line, written files, report, worked example."""
