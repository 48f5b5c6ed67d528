package aggregator.opengatewaysdk;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** As much JSON as the API speaks: objects are maps, arrays lists, whole numbers Long and others Double. */
final class Json {
    /** Deeper than anything the API answers, and far from the end of the stack. */
    private static final int DEEPEST = 64;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException not JSON, or no object */
    @SuppressWarnings("unchecked")
    static Map<String, Object> readObject(String text) {
        if (read(text) instanceof Map<?, ?> object) return (Map<String, Object>) object;
        throw new IllegalArgumentException("not a JSON object");
    }

    /** @throws IllegalArgumentException not JSON */
    static Object read(String text) {
        var json = new Json(text);
        var value = json.value(0);
        if (json.next() != '\0') throw json.unexpected();
        return value;
    }

    static long number(Map<String, Object> object, String name, long otherwise) {
        return object.get(name) instanceof Number number ? number.longValue() : otherwise;
    }

    static String write(Object value) {
        var out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private Object value(int depth) {
        if (depth > DEEPEST) throw unexpected();
        return switch (next()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, Object> object(int depth) {
        var object = new LinkedHashMap<String, Object>();
        at++;
        if (taken('}')) return object;
        do {
            if (next() != '"') throw unexpected();
            var name = string();
            take(':');
            object.put(name, value(depth + 1));
        } while (taken(','));
        take('}');
        return object;
    }

    private List<Object> array(int depth) {
        var array = new ArrayList<>();
        at++;
        if (taken(']')) return array;
        do array.add(value(depth + 1)); while (taken(','));
        take(']');
        return array;
    }

    private String string() {
        var string = new StringBuilder();
        at++;
        while (true) {
            var c = character();
            if (c == '"') return string.toString();
            if (c < ' ') throw unexpected();
            string.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() {
        var c = character();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                var code = 0;
                for (var i = 0; i < 4; i++) {
                    var digit = Character.digit(character(), 16);
                    if (digit < 0) throw unexpected();
                    code = code * 16 + digit;
                }
                yield (char) code;
            }
            default -> throw unexpected();
        };
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) throw unexpected();
        at += word.length();
        return value;
    }

    private Number number() {
        var start = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) at++;
        var number = text.substring(start, at);
        try {
            // Java would take "+1", "01" and "1." too; what the aggregator writes is not ours to judge.
            return number.matches("-?[0-9]{1,18}") ? (Number) Long.valueOf(number) : Double.valueOf(number);
        } catch (NumberFormatException malformed) {
            throw unexpected();
        }
    }

    /** The next character that is no white space, which stays; NUL at the end. */
    private char next() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private char character() {
        if (at == text.length()) throw unexpected();
        return text.charAt(at++);
    }

    private boolean taken(char wanted) {
        if (next() != wanted) return false;
        at++;
        return true;
    }

    private void take(char wanted) {
        if (!taken(wanted)) throw unexpected();
    }

    private IllegalArgumentException unexpected() {
        return new IllegalArgumentException("no JSON at character " + at);
    }

    private static void write(Object value, StringBuilder out) {
        if (value instanceof Map<?, ?> object) {
            var separator = "{";
            for (var member : object.entrySet()) {
                out.append(separator);
                write((String) member.getKey(), out);
                out.append(':');
                write(member.getValue(), out);
                separator = ",";
            }
            out.append(object.isEmpty() ? "{}" : "}");
        } else if (value instanceof String string) {
            write(string, out);
        } else {
            out.append(value);
        }
    }

    private static void write(String string, StringBuilder out) {
        out.append('"');
        for (var c : string.toCharArray()) {
            if (c == '"' || c == '\\') out.append('\\').append(c);
            else if (c < ' ') out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        }
        out.append('"');
    }
}
