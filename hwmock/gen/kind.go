package gen

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Kind is one generator.
type Kind struct {
	Name   string
	About  string // what it makes
	Params []Param
	make   func(s *System, v values) error
}

// Param is a parameter of a generator: a whole number of Least to Most, or, if
// there are Choices, one of these words.
type Param struct {
	Name, About string
	Default     string
	Least, Most int
	Choices     []string
}

// Permitted says what the parameter may be.
func (p *Param) Permitted() string {
	if p.Choices != nil {
		return strings.Join(p.Choices, ", ")
	}
	return fmt.Sprintf("%d to %d", p.Least, p.Most)
}

// check refuses a value that is not permitted.
func (p *Param) check(value string) error {
	ok := slices.Contains(p.Choices, value)
	if p.Choices == nil {
		n, err := strconv.Atoi(value)
		ok = err == nil && n >= p.Least && n <= p.Most && strconv.Itoa(n) == value
	}
	if !ok {
		return fmt.Errorf("%s=%s: permitted: %s", p.Name, value, p.Permitted())
	}
	return nil
}

// Kinds returns the generators. The caller does not change them.
func Kinds() []Kind { return kinds }

// Names returns the names of the generators.
func Names() []string {
	names := make([]string, len(kinds))
	for i := range kinds {
		names[i] = kinds[i].Name
	}
	return names
}

func find(name string) *Kind {
	for i := range kinds {
		if kinds[i].Name == name {
			return &kinds[i]
		}
	}
	return nil
}

// values are the parameters of a kind, in its order.
type values struct {
	kind *Kind
	list []string
}

// read reads key=value,key=value; what is not there has its default.
func (k *Kind) read(list string) (values, error) {
	v := values{kind: k}
	for i := range k.Params {
		v.list = append(v.list, k.Params[i].Default)
	}
	if list == "" {
		return v, nil
	}
	given := map[string]bool{}
	for text := range strings.SplitSeq(list, ",") {
		key, value, ok := strings.Cut(text, "=")
		i := slices.IndexFunc(k.Params, func(p Param) bool { return p.Name == key })
		switch {
		case !ok || i < 0:
			return v, fmt.Errorf("%q is no parameter; %s has %s", text, k.Name, k.form())
		case given[key]:
			return v, fmt.Errorf("%s is given twice; give it once", key)
		}
		given[key] = true
		if err := k.Params[i].check(value); err != nil {
			return v, err
		}
		v.list[i] = value
	}
	return v, nil
}

// form lists the parameters as they may be given.
func (k *Kind) form() string {
	list := make([]string, len(k.Params))
	for i := range k.Params {
		list[i] = k.Params[i].Name + "=" + k.Params[i].Default
	}
	return strings.Join(list, ",")
}

// String returns all parameters as a name has them.
func (v values) String() string {
	text, mark := "", ":"
	for i, p := range v.kind.Params {
		text += mark + p.Name + "=" + v.list[i]
		mark = ","
	}
	return text
}

// word returns a parameter, which the kind has.
func (v values) word(name string) string {
	for i, p := range v.kind.Params {
		if p.Name == name {
			return v.list[i]
		}
	}
	panic(fmt.Sprintf("gen: %s has no parameter %s", v.kind.Name, name))
}

// number returns a parameter that is a whole number.
func (v values) number(name string) int {
	n, err := strconv.Atoi(v.word(name))
	if err != nil {
		panic(fmt.Sprintf("gen: parameter %s of %s is no number", name, v.kind.Name))
	}
	return n
}
