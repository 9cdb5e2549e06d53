//go:build explore

package explore

import (
	"fmt"
	"reflect"
	"sort"
	"strings"
	"unsafe"

	"credence/core/xatomic"
)

// static is the generation of locations that the snapshot has named, whose
// number is the same in all executions.
const static = ^uint32(0)

// snapshot is memory as it was, and the names of what the threads can meet at in
// it.
type snapshot struct {
	regions []region
	names   []string           // of locations, by number
	objects map[uintptr]string // the path to what is at an address
	seen    map[object]bool
	images  []image
}

// region is one piece of memory with what it held.
type region struct {
	at, saved reflect.Value
	from, to  uintptr
}

type object struct {
	at unsafe.Pointer
	t  reflect.Type
}

var (
	wordType   = reflect.TypeFor[xatomic.Word]()
	refType    = reflect.TypeFor[xatomic.Ref]()
	locType    = reflect.TypeFor[xatomic.Location]()
	parkerType = reflect.TypeFor[xatomic.Parker]()
	door       = wordType.PkgPath()
)

// take walks everything that is reachable from root and keeps a copy.
func take(root any) *snapshot {
	s := &snapshot{seen: make(map[object]bool), objects: make(map[uintptr]string)}
	v := reflect.ValueOf(root)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		panic(fmt.Sprintf("explore: Program.State is a %T; it must point to what the threads share", root))
	}
	s.pointer(v, "")
	s.merge()
	for i := range s.regions {
		r := &s.regions[i]
		r.saved = reflect.New(r.at.Type()).Elem()
		r.saved.Set(r.at)
	}
	s.picture()
	s.seen = nil
	return s
}

// restore puts everything back.
func (s *snapshot) restore() {
	for i := range s.regions {
		s.regions[i].at.Set(s.regions[i].saved)
	}
}

// merge leaves out regions that lie within others.
func (s *snapshot) merge() {
	sort.SliceStable(s.regions, func(i, j int) bool {
		a, b := s.regions[i], s.regions[j]
		return a.from < b.from || a.from == b.from && a.to > b.to
	})
	kept := s.regions[:0]
	end := uintptr(0)
	for _, r := range s.regions {
		if r.to <= end {
			continue
		}
		kept = append(kept, r)
		end = r.to
	}
	s.regions = kept
}

func (s *snapshot) keep(v reflect.Value) {
	size := v.Type().Size()
	if size == 0 {
		return
	}
	from := uintptr(unsafe.Pointer(v.UnsafeAddr()))
	s.regions = append(s.regions, region{at: v, from: from, to: from + size})
}

func (s *snapshot) pointer(v reflect.Value, path string) {
	if v.IsNil() {
		return
	}
	p := object{v.UnsafePointer(), v.Type().Elem()}
	if s.seen[p] {
		return
	}
	s.seen[p] = true
	if _, ok := s.objects[uintptr(p.at)]; !ok && path != "" {
		s.objects[uintptr(p.at)] = path
	}
	e := reflect.NewAt(p.t, p.at).Elem()
	s.keep(e)
	s.walk(e, path)
}

// walk follows v, which is addressable.
func (s *snapshot) walk(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Pointer:
		s.pointer(v, path)
	case reflect.Struct:
		s.structure(v, path)
	case reflect.Array:
		s.elements(v, path)
	case reflect.Slice:
		if v.IsNil() || v.Cap() == 0 {
			return
		}
		array := reflect.NewAt(reflect.ArrayOf(v.Cap(), v.Type().Elem()), v.UnsafePointer())
		s.pointer(array, path)
	case reflect.Interface:
		if v.IsNil() {
			return
		}
		switch e := v.Elem(); e.Kind() {
		case reflect.Pointer:
			s.pointer(e, path)
		default: // a box that nobody can write
			c := reflect.New(e.Type()).Elem()
			c.Set(e)
			s.walk(c, path)
		}
	case reflect.Map, reflect.Chan, reflect.UnsafePointer:
		if !v.IsNil() {
			panic(fmt.Sprintf("explore: %s is a %v, which cannot be put back between executions",
				path, v.Type()))
		}
	}
}

func (s *snapshot) elements(v reflect.Value, path string) {
	if !points(v.Type().Elem()) {
		return
	}
	for i := range v.Len() {
		s.walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
}

// points reports whether a value of type t can lead anywhere.
func points(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Interface, reflect.Map, reflect.Chan,
		reflect.UnsafePointer, reflect.Struct:
		return true
	case reflect.Array:
		return points(t.Elem())
	}
	return false
}

func (s *snapshot) structure(v reflect.Value, path string) {
	t := v.Type()
	switch {
	case t == wordType || t == refType || t == locType:
		s.name(v, path)
		return
	case t.PkgPath() == door:
		s.instrumented(v, path)
		return
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Name == "_" || !points(f.Type) {
			continue
		}
		s.walk(reach(v.Field(i)), join(path, f))
	}
}

// reach returns a field that may be read and written whatever its name.
func reach(f reflect.Value) reflect.Value {
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
}

// join names a field; an embedded one, or a wrapper's only one, adds nothing.
func join(path string, f reflect.StructField) string {
	if f.Anonymous || f.Name == "word" {
		return path
	}
	if path == "" {
		return f.Name
	}
	return path + "." + f.Name
}

// instrumented follows one of xatomic's types: its word, and where it leads.
func (s *snapshot) instrumented(v reflect.Value, path string) {
	t := v.Type()
	switch {
	case t == parkerType:
		if p := reach(v.Field(0)); !p.IsNil() {
			s.pointer(p, path)
		}
	case strings.HasPrefix(t.Name(), "Pointer["):
		r := reach(v.FieldByName("r"))
		s.name(r, path)
		target := v.Field(0).Type().Elem() // of [0]*T
		if p := r.Addr().Interface().(*xatomic.Ref).P; p != nil {
			s.pointer(reflect.NewAt(target.Elem(), p), path)
		}
	default:
		for i := range t.NumField() {
			f := t.Field(i)
			switch {
			case f.Type == wordType || f.Type == locType:
				s.name(reach(v.Field(i)), path)
			case f.Name == "v": // a Var's value
				s.walk(reach(v.Field(i)), path)
			}
		}
	}
}

// name numbers a location.
func (s *snapshot) name(v reflect.Value, path string) {
	p := object{unsafe.Pointer(v.UnsafeAddr()), locType}
	if s.seen[p] {
		return
	}
	s.seen[p] = true
	*(*xatomic.Location)(p.at) = xatomic.Location{ID: uint32(len(s.names)), Gen: static}
	s.names = append(s.names, path)
	if at := uintptr(p.at); s.objects[at] == "" {
		s.objects[at] = path
	}
}

// object names what a pointer points to.
func (s *snapshot) object(p uintptr) string {
	if p == 0 {
		return "nil"
	}
	if name, ok := s.objects[p]; ok {
		return name
	}
	return "new"
}
