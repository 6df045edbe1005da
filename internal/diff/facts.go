package diff

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// sections lists the sections that are compared, in document order, with the
// key that identifies the elements of a list.
var sections = []struct{ name, key string }{
	{"phase", ""}, {"exchange_version", ""}, {"procedure", ""}, {"roles", ""},
	{"connectors", "name"}, {"directory", ""}, {"host", ""}, {"certificates", "thumbprint"},
	{"send_connectors", "name"}, {"edge_subscriptions", "name"}, {"hybrid", ""}, {"exchange_server_addresses", ""},
}

// notCompared lists fields that are wording or follow from others.
var notCompared = []string{"error", "trust.error", "der"}

// absentMeans lists the values that the format defines for absent fields.
var absentMeans = map[string]map[string]any{
	"connectors":      {"enabled": true, "suppress_x_anonymous_tls": false},
	"send_connectors": {"enabled": true},
}

// facts returns what differs between two documents.
func facts(before, after *gather.Document) []Fact {
	differences := []Fact{}
	from, to := values(before), values(after)
	for _, s := range sections {
		a, b := from[s.name], to[s.name]
		if s.key != "" && a != nil && b != nil {
			differences = append(differences, elements(s.name, named(s.name, s.key, a), named(s.name, s.key, b))...)
			continue
		}
		if s.key != "" { // a section that was not gathered differs from an empty one
			a, b = names(s.key, a), names(s.key, b)
		}
		differences = append(differences, fields(Fact{Section: s.name}, flat(a), flat(b))...)
	}
	return differences
}

// values returns a document as decoded JSON.
func values(d *gather.Document) map[string]any {
	all := map[string]any{}
	text, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil { // not reached: the type can be encoded
		panic(fmt.Sprintf("a document as JSON: %v", err))
	}
	if all["phase"] == nil {
		all["phase"] = "session"
	}
	return all
}

// An element is an element of a list, by its fields.
type element struct {
	name   string
	fields map[string]any
}

// named returns the elements of a list by key. If several have the same name,
// the second has another key.
func named(section, key string, list any) (all []element) {
	seen := map[string]int{}
	for _, value := range list.([]any) {
		fields := flat(value)
		for field, meant := range absentMeans[section] {
			if fields[field] == nil {
				fields[field] = meant
			}
		}
		name, _ := fields[key].(string)
		delete(fields, key)
		if seen[strings.ToLower(name)]++; seen[strings.ToLower(name)] > 1 {
			name += fmt.Sprintf(" (%d)", seen[strings.ToLower(name)])
		}
		all = append(all, element{name, fields})
	}
	return all
}

func names(key string, list any) any {
	if list == nil {
		return nil
	}
	all := []any{}
	for _, value := range list.([]any) {
		all = append(all, value.(map[string]any)[key])
	}
	return all
}

func elements(section string, before, after []element) (differences []Fact) {
	left := map[string]element{}
	for _, now := range after {
		left[strings.ToLower(now.name)] = now
	}
	for _, old := range before {
		now, there := left[strings.ToLower(old.name)]
		if !there {
			differences = append(differences, Fact{Section: section, Change: Removed, Name: old.name})
			continue
		}
		delete(left, strings.ToLower(old.name))
		differences = append(differences, fields(Fact{Section: section, Name: old.name}, old.fields, now.fields)...)
	}
	for _, now := range after {
		if _, added := left[strings.ToLower(now.name)]; added {
			differences = append(differences, Fact{Section: section, Change: Added, Name: now.name})
		}
	}
	return differences
}

// fields returns the fields that differ, sorted by name.
func fields(of Fact, before, after map[string]any) (differences []Fact) {
	both := maps.Clone(before)
	maps.Copy(both, after)
	for _, field := range slices.Sorted(maps.Keys(both)) {
		if from, to := before[field], after[field]; !reflect.DeepEqual(from, to) && !slices.Contains(notCompared, field) {
			of.Change, of.Field, of.From, of.To = Changed, field, from, to
			differences = append(differences, of)
		}
	}
	return differences
}

// flat returns the values in an object by their path, such as trust.chain; any
// other value has an empty path. Lists are sets, so they are sorted.
func flat(value any) map[string]any {
	all := map[string]any{}
	var add func(path string, value any)
	add = func(path string, value any) {
		switch value := value.(type) {
		case map[string]any:
			for key, v := range value {
				add(strings.TrimPrefix(path+"."+key, "."), v)
			}
		case []any:
			texts := make([]string, len(value))
			for i, v := range value {
				texts[i] = fmt.Sprint(v)
			}
			slices.Sort(texts)
			all[path] = texts
		case nil:
		default:
			all[path] = value
		}
	}
	add("", value)
	return all
}
