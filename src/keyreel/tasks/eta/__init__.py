"""When queued tasks will begin and end, by their places in the queues of engines and the pace of these."""
