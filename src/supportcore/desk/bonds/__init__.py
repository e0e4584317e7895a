"""What people attach to tickets beside words: ratings, votes, tags, followers, links, merging."""
