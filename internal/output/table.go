package output

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	prettytext "github.com/jedib0t/go-pretty/v6/text"
)

// Where the text of a table's cells breaks, in characters.
const (
	cellWidth = 40 // more where lines are longer than by default
	leastCell = 10
)

// table writes rows below their headers; where they fit in no other way, as a
// list for each row.
func (p *page) table(header []string, rows [][]painted) {
	widest := cellWidth + max(0, p.lineWidth()-defaultWidth)/2
	for width := widest; width >= leastCell; width -= 2 {
		if text := p.grid(header, rows, width); widthOf(text) <= p.lineWidth() {
			p.line("%s", painted(text))
			p.line("")
			return
		}
	}
	for _, row := range rows {
		p.list(header, row)
	}
	p.line("")
}

// grid draws a table without lines whose cells break between words.
func (p *page) grid(header []string, rows [][]painted, width int) string {
	t := table.NewWriter()
	t.SuppressTrailingSpaces()
	t.SetStyle(table.Style{Box: table.BoxStyle{PaddingRight: "  "}, Options: table.OptionsNoBordersAndSeparators})
	// The table's own way begins colors again on each line.
	breakCell := func(cell string, width int) string { return wrap(cell, width, 0) }
	var configs []table.ColumnConfig
	var top table.Row
	for i, name := range header {
		top = append(top, p.paint(bold, name))
		longest := widthOf(name) // of the words of the column, which do not break
		for _, row := range rows {
			longest = max(longest, widthOf(strings.ReplaceAll(string(row[i]), " ", "\n")))
		}
		configs = append(configs, table.ColumnConfig{Number: i + 1, WidthMax: max(width, longest), WidthMaxEnforcer: breakCell})
	}
	t.SetColumnConfigs(configs)
	t.AppendHeader(top)
	for _, row := range rows {
		var cells table.Row
		for _, cell := range row {
			cells = append(cells, cell)
		}
		t.AppendRow(cells)
	}
	return t.Render()
}

// list writes a row as lines, each with the header of its cell.
func (p *page) list(header []string, row []painted) {
	for i, cell := range row {
		for j, line := range strings.Split(string(cell), "\n") {
			switch {
			case i == 0 && j == 0:
				p.line("%s", painted(line))
			case i == 0:
				p.prose(2, "  %s", painted(line))
			case j == 0:
				p.prose(4, "  %s: %s", header[i], painted(line))
			default:
				p.prose(4, "    %s", painted(line))
			}
		}
	}
}

// widthOf is how many columns of a terminal text takes.
func widthOf(text string) int {
	widest := 0
	for line := range strings.SplitSeq(text, "\n") {
		widest = max(widest, prettytext.StringWidthWithoutEscSequences(line))
	}
	return widest
}
