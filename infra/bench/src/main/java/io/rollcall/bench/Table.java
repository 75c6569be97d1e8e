package io.rollcall.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Figures in aligned columns: the first to the left, the others to the right. */
public final class Table {

    private static final String GAP = "   ";

    private final List<String[]> rows = new ArrayList<>();

    /** Begins with the titles of the columns. */
    public Table(String... titles) {
        rows.add(titles);
    }

    /** Adds a row with one cell for every title. */
    public void row(String... cells) {
        if (cells.length != rows.getFirst().length) {
            throw new IllegalArgumentException("a row of " + cells.length + " cells under " + rows.getFirst().length);
        }
        rows.add(cells);
    }

    /** A number with so many digits behind the point and a comma between thousands, the same in every locale. */
    public static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }

    /** A whole number with a comma between thousands, the same in every locale. */
    public static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** All rows, each ended by a line feed. */
    @Override
    public String toString() {
        int[] widths = new int[rows.getFirst().length];
        for (String[] row : rows) {
            Arrays.setAll(widths, i -> Math.max(widths[i], row[i].length()));
        }
        var text = new StringBuilder();
        for (String[] row : rows) {
            var line = new StringBuilder(row[0]).repeat(' ', widths[0] - row[0].length());
            for (int i = 1; i < row.length; i++) {
                line.append(GAP).repeat(' ', widths[i] - row[i].length()).append(row[i]);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
