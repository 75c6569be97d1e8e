package io.rollcall.presence.rooms.http;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Usage as a table for other programs (RFC 4180), harmless in those that take a cell for a formula. */
final class UsageCsv {

    private static final String HEAD = "agency,day,participantMinutes,inferredShare,participants";
    private static final String FORMULA = "=+-@\t\r\n";

    private UsageCsv() {}

    static String of(List<Usage.Line> lines) {
        return lines.stream().map(UsageCsv::row).collect(Collectors.joining("", HEAD + "\r\n", ""));
    }

    private static String row(Usage.Line line) {
        return cell(line.agency()) + "," + line.day() + "," + number(line.minutes()) + ","
                + number(line.inferredShare()) + "," + line.participants() + "\r\n";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private static String cell(String text) {
        String harmless = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        boolean quoted = harmless.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return quoted ? '"' + harmless.replace("\"", "\"\"") + '"' : harmless;
    }
}
