"""The tests mirror the tree; journeys are whole stories, contracts run over both databases, house holds the rules."""
