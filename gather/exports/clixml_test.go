package exports

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func decode(t *testing.T, text string) []value {
	t.Helper()
	values, err := decodeCLIXML(t.Context(), strings.NewReader(text), newBudget(defaults))
	require.NoError(t, err)
	return values
}

func TestUnescape(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                        "",
		"plain_text":              "plain_text",
		"a_x000D__x000A_b":        "a\r\nb",
		"_x005F_x000D_":           "_x000D_",
		"_x005F__x005F_":          "__",
		"_xD83D__xDE00_":          "\U0001F600",
		"_xd83d__xde00_x":         "\U0001F600x",
		"_xD83D_":                 "\ufffd", // half of a surrogate pair is invalid
		"_x41_ _x00G1_ _x0041 _x": "_x41_ _x00G1_ _x0041 _x",
		"_x00e9_":                 "é",
		"__x0041__":               "_A_",
	} {
		require.Equal(t, want, unescape(text), text)
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	values := decode(t, objs(`<Obj RefId="0">
  <TN RefId="0"><T>Deserialized.A_x002E_B</T><T>System.Object</T></TN>
  <ToString>a &amp; b</ToString>
  <Props>
    <S N="Na_x006D_e">t_x0065_xt</S><I32 N="I32">-5</I32><I64 N="I64">9223372036854775807</I64><U32 N="U32"> 7 </U32>
    <B N="Yes">true</B><B N="No">false</B><BA N="BA">AQ
      ID</BA><DT N="DT">2024-03-04T08:12:44Z</DT><G N="G">0-1</G><Nil N="Nil"/>
    <Obj N="Enum" RefId="1"><TNRef RefId="0"/><ToString>Two</ToString><I32>2</I32></Obj>
    <Ref N="Ref" RefId="1"/><Ref N="Self" RefId="0"/>
    <Obj N="List"><LST><S>x</S><Ref RefId="1"/></LST></Obj>
    <Obj N="Stack"><STK><S>x</S></STK></Obj><Obj N="Queue"><QUE><S>x</S></QUE></Obj><Obj N="Any"><IE><S>x</S></IE></Obj>
    <Obj N="Map"><DCT><En><S N="Key">k</S><S N="Value">v</S></En></DCT></Obj>
  </Props>
  <MS><S N="Added">m</S><S N="name">hidden</S></MS>
</Obj>`, "<S>top</S>"))
	require.Len(t, values, 2)
	require.Equal(t, "top", values[1].string())
	require.Equal(t, "<S>", values[1].typeName())

	o := values[0].object
	require.Equal(t, []string{"Deserialized.A.B", "System.Object"}, o.types)
	require.True(t, o.is("A.B"))
	require.True(t, o.is("System.Object"))
	require.False(t, o.is("Deserialized.A.B"))
	for prefixes, want := range map[string]bool{
		"": true, "Selected.": true, "Selected.Deserialized.": true, "Deserialized.Selected.Deserialized.": true, "Selected.Selected.": true,
		"Deserialized": false, "Other.": false, "Other.Selected.": false, "Selected.Other.": false,
	} {
		require.Equal(t, want, (&object{types: []string{prefixes + "A.B"}}).is("A.B"), prefixes)
	}
	require.Equal(t, "a & b", values[0].string())
	for name, want := range map[string]string{
		"Name": "text", "NAME": "text", "Added": "m", "DT": "2024-03-04T08:12:44Z", "G": "0-1", "Nil": "", "None": "", "Enum": "Two", "Ref": "Two", "Self": "a & b",
	} {
		require.Equal(t, want, o.string(name), name)
	}
	for name, want := range map[string]int64{"I32": -5, "I64": 9223372036854775807, "U32": 7, "Enum": 2, "Ref": 2} {
		v, ok := o.known(name)
		require.True(t, ok)
		n, err := v.integer()
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	for name, want := range map[string]bool{"Yes": true, "No": false} {
		v, _ := o.known(name)
		b, err := v.boolean()
		require.NoError(t, err)
		require.Equal(t, want, b)
	}
	v, _ := o.known("BA")
	data, err := v.bytes()
	require.NoError(t, err)
	require.Equal(t, []byte{1, 2, 3}, data)
	_, err = v.integer()
	require.EqualError(t, err, "line 6: BA: expected a number, found <BA>")
	v, _ = o.known("I64")
	_, err = v.bytes()
	require.EqualError(t, err, "line 5: I64: expected bytes in base64, found <I64>")

	v, ok := o.property("Nil")
	require.True(t, ok)
	require.Equal(t, "Nil", v.kind)
	_, ok = o.known("Nil")
	require.False(t, ok)
	_, ok = o.property("None")
	require.False(t, ok)

	v, _ = o.known("Self")
	require.Same(t, o, v.object)
	v, _ = o.known("List")
	require.Len(t, v.object.items, 2)
	require.Equal(t, "x", v.object.items[0].string())
	require.Equal(t, "Two", v.object.items[1].string())
	for _, name := range []string{"Stack", "Queue", "Any"} {
		v, _ = o.known(name)
		require.Len(t, v.object.items, 1, name)
	}
	v, _ = o.known("Map")
	require.Len(t, v.object.entries, 1)
	require.Equal(t, "k", v.object.entries[0].object.string("Key"))
	require.Equal(t, "v", v.object.entries[0].object.string("Value"))
}

// A list that contains itself, or the same object twice, does not cause an
// endless loop.
func TestFlatten(t *testing.T) {
	t.Parallel()
	values, opened := flatten(decode(t, objs(`<Obj RefId="0"><LST>
  <Obj RefId="1"><ToString>a</ToString></Obj><Ref RefId="0"/><Ref RefId="1"/><S>b</S><S>b</S>
</LST></Obj><Ref RefId="1"/>`)), defaults.Depth)
	var texts []string
	for _, v := range values {
		texts = append(texts, v.string())
	}
	require.Equal(t, []string{"a", "b", "b"}, texts)
	require.Empty(t, opened)
}
