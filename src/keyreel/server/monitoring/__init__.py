"""What the server tells of the requests that it answers: a line in the log for each, and their counts."""
