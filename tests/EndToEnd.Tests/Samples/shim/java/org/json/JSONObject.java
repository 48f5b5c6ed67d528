package org.json;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** The little of org.json that the samples use, for machines without it: it writes objects, and finds a string by its name. */
public final class JSONObject {
    private final Map<String, Object> members = new LinkedHashMap<>();
    private final String text;

    public JSONObject() {
        this("");
    }

    public JSONObject(String text) {
        this.text = text;
    }

    public void put(String name, Object value) {
        members.put(name, value);
    }

    public String getString(String name) {
        var found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"\\\\]*)\"").matcher(text);
        if (!found.find()) throw new IllegalStateException("no string " + name + " in " + text);
        return found.group(1);
    }

    @Override
    public String toString() {
        var out = new StringBuilder("{");
        members.forEach((name, value) -> out
            .append(out.length() > 1 ? "," : "").append('"').append(name).append("\":")
            .append(value instanceof String ? "\"" + value + "\"" : value.toString()));
        return out.append("}").toString();
    }
}
