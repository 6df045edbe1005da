package gather

import (
	"iter"
	"maps"
	"reflect"
)

// A section is a part of a document that comes from one source as a whole.
type section struct {
	name     string // its key
	there    bool
	required bool
}

// sections returns every section of the format.
func (d *Document) sections() []section {
	return []section{
		{"connectors", d.Connectors != nil, true},
		{"directory", d.Directory != nil, true},
		{"host", d.Host != nil, true},
		{"certificates", d.Certificates != nil, true},
		{"exchange_version", d.ExchangeVersion != "", false},
		{"roles", d.Roles != nil, false},
		{"send_connectors", d.SendConnectors != nil, false},
		{"edge_subscriptions", d.EdgeSubscriptions != nil, false},
		{"hybrid", d.Hybrid != nil, false},
		{"exchange_server_addresses", d.ExchangeServerAddresses != nil, false},
	}
}

// Gathered yields the names of the sections that the document has.
func (d *Document) Gathered() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, s := range d.sections() {
			if s.there && !yield(s.name) {
				return
			}
		}
	}
}

// ServerSpecific reports whether the document, which can be partial, contains anything
// that applies to one server only and not to the whole organization.
func (d *Document) ServerSpecific() bool {
	return d.Server != "" || d.ExchangeVersion != "" || d.Roles != nil ||
		d.Connectors != nil || d.Directory != nil || d.Host != nil || d.Certificates != nil
}

// SetSource records where a section came from.
func (d *Document) SetSource(section, source string) {
	if d.Sources == nil {
		d.Sources = map[string]string{}
	}
	d.Sources[section] = source
}

// Overlay replaces each section that over has, and each single value that is not
// empty in over: server, now, phase, procedure, and the gathering time.
func (d *Document) Overlay(over *Document) {
	sources := d.Sources
	if sources == nil {
		sources = map[string]string{}
	}
	maps.Copy(sources, over.Sources)
	to, from := reflect.ValueOf(d).Elem(), reflect.ValueOf(over).Elem()
	for i := range from.NumField() {
		if field := from.Field(i); !field.IsZero() { // an empty list is not zero
			to.Field(i).Set(field)
		}
	}
	d.Sources = sources
}
