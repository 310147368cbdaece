using System.Text;
using Quai.Cli.CommandLine;
using Quai.Cli.Streams;
using Quai.Templates;

namespace Quai.Cli.Formatting;

/// <summary>Prints rows the way <c>--format</c> asks: a table, JSON lines, or a template for each.</summary>
/// <param name="format">The format; <c>table</c> and <c>json</c> have their meaning, and <c>table TEMPLATE</c>.</param>
/// <param name="headers">The title of each column.</param>
internal sealed class Table(string format, IReadOnlyDictionary<string, string> headers)
{
    private const string TableWord = "table";

    /// <summary>Whether this is a table, which has titles.</summary>
    public bool HasTitles { get; } = format.StartsWith(TableWord, StringComparison.Ordinal);

    /// <summary>Renders rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <exception cref="ExitException">The template is wrong.</exception>
    public string Render(IEnumerable<Row> rows)
    {
        Template template = Compile();
        var text = new StringBuilder();
        try
        {
            foreach (Row row in rows)
            {
                text.Append(template.Execute(row)).Append('\n');
            }

            if (!HasTitles)
            {
                return text.ToString();
            }

            var titles = new GoMap(headers.ToDictionary(h => h.Key, object? (h) => h.Value, StringComparer.Ordinal), "formatter.SubHeaderContext") { Zero = "" };
            string title = template.Execute(titles, new TemplateOptions { Header = true });
            return TabWriter.Align(title + "\n" + text, 10, 3);
        }
        catch (TemplateException error)
        {
            throw new ExitException(1, "failed to execute template: " + error.Message);
        }
    }

    /// <summary>Renders rows to an output.</summary>
    public void Print(Output output, IEnumerable<Row> rows) => output.Write(Render(rows));

    private Template Compile()
    {
        string text = HasTitles ? format[TableWord.Length..] : format;
        text = text == "json" ? "{{json .}}" : text;
        text = text.Trim(' ').Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);
        try
        {
            return Template.Parse(text);
        }
        catch (TemplateException error)
        {
            throw new ExitException(1, "failed to parse template: " + error.Message);
        }
    }
}
