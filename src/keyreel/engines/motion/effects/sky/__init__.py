"""What happens in the sky of a shot: lightning, auroras, stars; and where its sky is open."""
