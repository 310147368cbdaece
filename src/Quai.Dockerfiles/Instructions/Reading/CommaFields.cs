using System.Text;

namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>A line of fields that commas part; one with a comma in it is between quotes, and a quote in it is doubled.</summary>
public static class CommaFields
{
    /// <summary>Reads them.</summary>
    /// <param name="text">The line.</param>
    /// <param name="lines">Where it is.</param>
    /// <param name="failure">What to say before what is wrong with it.</param>
    /// <exception cref="DockerfileException">A quote is not closed, or stands where none may.</exception>
    public static List<string> Read(string text, LineRange lines, string failure)
    {
        List<string> fields = [];
        var field = new StringBuilder();
        for (int at = 0; ; at++)
        {
            field.Clear();
            if (at < text.Length && text[at] == '"')
            {
                at++;
                while (true)
                {
                    int quote = text.IndexOf('"', at);
                    if (quote < 0)
                    {
                        throw new DockerfileException($"{failure}: parse error on line 1, column {text.Length + 1}: extraneous or missing \" in quoted-field", lines);
                    }

                    field.Append(text, at, quote - at);
                    at = quote + 1;
                    if (at == text.Length || text[at] == ',')
                    {
                        break;
                    }

                    field.Append(text[at] == '"' ? '"' : throw new DockerfileException($"{failure}: parse error on line 1, column {at}: extraneous or missing \" in quoted-field", lines));
                    at++;
                }
            }
            else
            {
                int end = text.IndexOf(',', at);
                end = end < 0 ? text.Length : end;
                int bare = text.IndexOf('"', at, end - at);
                if (bare >= 0)
                {
                    throw new DockerfileException($"{failure}: parse error on line 1, column {bare + 1}: bare \" in non-quoted-field", lines);
                }

                field.Append(text, at, end - at);
                at = end;
            }

            fields.Add(field.ToString());
            if (at >= text.Length)
            {
                return fields;
            }
        }
    }
}
