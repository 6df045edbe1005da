package gather

import (
	"cmp"
	"iter"
	"maps"
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
	if d.Sources == nil {
		d.Sources = map[string]string{}
	}
	maps.Copy(d.Sources, over.Sources)
	d.Server = cmp.Or(over.Server, d.Server)
	d.Now = cmp.Or(over.Now, d.Now)
	d.Phase = cmp.Or(over.Phase, d.Phase)
	d.GatheredAt = cmp.Or(over.GatheredAt, d.GatheredAt)
	d.ExchangeVersion = cmp.Or(over.ExchangeVersion, d.ExchangeVersion)
	d.Procedure = cmp.Or(over.Procedure, d.Procedure)
	d.Directory = cmp.Or(over.Directory, d.Directory)
	d.Host = cmp.Or(over.Host, d.Host)
	d.Hybrid = cmp.Or(over.Hybrid, d.Hybrid)
	d.Roles = orList(over.Roles, d.Roles)
	d.Connectors = orList(over.Connectors, d.Connectors)
	d.Certificates = orList(over.Certificates, d.Certificates)
	d.SendConnectors = orList(over.SendConnectors, d.SendConnectors)
	d.EdgeSubscriptions = orList(over.EdgeSubscriptions, d.EdgeSubscriptions)
	d.ExchangeServerAddresses = orList(over.ExchangeServerAddresses, d.ExchangeServerAddresses)
}

// orList returns the first list, which can be empty, or the second if the first
// is nil.
func orList[T any](first, second []T) []T {
	if first != nil {
		return first
	}
	return second
}
