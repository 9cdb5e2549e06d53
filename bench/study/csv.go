package study

import (
	"encoding/csv"
	"fmt"
	"io"
	"reflect"
)

// WriteCSV writes every row with every figure: durations in nanoseconds, shares
// in parts per million. Instructions that were not counted are empty.
func (r *Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	fields := reflect.VisibleFields(reflect.TypeFor[Row]())
	head := []string{"Device", "Work", "Clients", "Queues", "CannotDiffer"}
	for _, f := range fields {
		head = append(head, f.Name)
	}
	head = append(head, "Instructions")
	if err := out.Write(head); err != nil {
		return err
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		for k := range c.Rows {
			line := []string{c.Device, c.Work, fmt.Sprint(c.Clients), fmt.Sprint(c.Queues),
				fmt.Sprint(c.CannotDiffer())}
			v := reflect.ValueOf(&c.Rows[k]).Elem()
			for _, f := range fields {
				line = append(line, plain(v.FieldByIndex(f.Index)))
			}
			instr, counted := c.instructions(c.Rows[k].Flow)
			if !counted {
				line = append(line, "")
			} else {
				line = append(line, fmt.Sprint(instr))
			}
			if err := out.Write(line); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// plain writes a number without a unit.
func plain(v reflect.Value) string {
	switch {
	case v.CanInt():
		return fmt.Sprint(v.Int())
	case v.CanUint():
		return fmt.Sprint(v.Uint())
	}
	return v.String()
}
