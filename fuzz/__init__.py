"""Coverage-guided fuzzing of what takes files from outside: `make fuzz`, `make fuzz OF=table`."""
