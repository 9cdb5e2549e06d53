package profile

// nearest returns the key that differs least from name.
func nearest(name string) string {
	best, least := keys[0].name, 1<<30
	for _, k := range keys {
		if d := distance(name, k.name); d < least {
			best, least = k.name, d
		}
	}
	return best
}

// distance is Levenshtein's edit distance, in bytes, with one row of the table
// kept: Wagner & Fischer, "The string-to-string correction problem", 1974.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
