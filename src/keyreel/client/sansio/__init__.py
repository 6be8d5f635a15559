"""The client's logic as flows: generators that yield steps and receive responses. They do no I/O."""
