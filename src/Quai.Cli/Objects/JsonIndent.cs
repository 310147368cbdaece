using System.Text;

namespace Quai.Cli.Objects;

/// <summary>Indents JSON without changing its values' text.</summary>
internal static class JsonIndent
{
    /// <summary>Appends <paramref name="json"/>, four spaces per level.</summary>
    /// <param name="text">The destination.</param>
    /// <param name="json">Valid JSON.</param>
    /// <param name="depth">Its indentation level.</param>
    public static void Append(StringBuilder text, string json, int depth)
    {
        bool quoted = false;
        for (int i = 0; i < json.Length; i++)
        {
            char c = json[i];
            if (quoted)
            {
                text.Append(c);
                if (c == '\\')
                {
                    text.Append(json[++i]);
                }

                quoted = c != '"';
                continue;
            }

            switch (c)
            {
                case ' ' or '\n' or '\r' or '\t':
                    break;
                case '"':
                    quoted = true;
                    text.Append(c);
                    break;
                case '{' or '[':
                    int next = i + 1;
                    while (char.IsWhiteSpace(json[next]))
                    {
                        next++;
                    }

                    if (json[next] is '}' or ']')
                    {
                        text.Append(c).Append(json[next]);
                        i = next;
                        break;
                    }

                    text.Append(c).Append('\n').Append(' ', ++depth * 4);
                    break;
                case '}' or ']':
                    text.Append('\n').Append(' ', --depth * 4).Append(c);
                    break;
                case ',':
                    text.Append(",\n").Append(' ', depth * 4);
                    break;
                case ':':
                    text.Append(": ");
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }
    }
}
