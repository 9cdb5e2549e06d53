package report

import "fmt"

const powerCommand = "./scripts/gate-power"

// gatePower shows the experiment that measured the gate.
func gatePower(b *builder, s *section) error {
	name, data, err := b.newestText("*power/table.md",
		"The gate's power and its false alarms were not measured", powerCommand)
	if err != nil {
		return err
	}
	tables, err := mdTables(name, data, powerCommand)
	if err != nil {
		return err
	}
	s.Lead = "A gate that never fails is as useless as one that always does. Trials with known truth: " +
		"real slowdowns that must be found, and rebuilds of the same code that must pass."
	for i := range tables {
		caption := "Trials"
		if i > 0 {
			caption = fmt.Sprintf("Resampled, table %d", i+1)
		}
		s.add(block{Table: tables[i].show(caption, 2), Command: b.command(powerCommand)})
	}
	return nil
}
