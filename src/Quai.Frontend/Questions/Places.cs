using System.Text.Json;
using Quai.Dockerfiles;

namespace Quai.Frontend.Questions;

/// <summary>Writes where something is.</summary>
internal static class Places
{
    /// <summary>Writes a place as a member.</summary>
    public static void WriteLocation(Utf8JsonWriter writer, LineRange lines)
    {
        if (lines.First == 0)
        {
            return;
        }

        writer.WriteStartObject("location");
        writer.WriteStartArray("ranges");
        writer.WriteStartObject();
        WritePosition(writer, "start", lines.First);
        WritePosition(writer, "end", lines.Last);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WritePosition(Utf8JsonWriter writer, string name, int line)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("line", line);
        writer.WriteEndObject();
    }
}
