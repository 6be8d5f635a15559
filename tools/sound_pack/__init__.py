"""What the shipped instruments need besides what every SoundFont says."""
