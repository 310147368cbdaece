using System.Text;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Objects.Types;
using Quai.Client;
using Quai.Templates;

namespace Quai.Cli.Objects;

/// <summary>Shows whole objects, or through a template, as <c>inspect</c> does.</summary>
internal static class Inspection
{
    /// <summary>An object found: its type and its JSON.</summary>
    public readonly record struct Found(GoStructType Type, JsonElement Json);

    /// <summary>Shows objects.</summary>
    /// <param name="session">For output.</param>
    /// <param name="names">The objects.</param>
    /// <param name="format">A template, <c>json</c>, or empty for all.</param>
    /// <param name="find">Fetches one.</param>
    /// <exception cref="ExitException">The template is invalid, or an object was not found; the others were shown.</exception>
    public static int Run(Session session, IEnumerable<string> names, string format, Func<string, Found> find)
    {
        bool lines = format == "json";
        Template? template = lines ? null : Compile(format);
        var errors = new List<string>();
        var text = new StringBuilder();
        bool any = false;
        foreach (string name in names)
        {
            try
            {
                Found found = find(name);
                if (template is null)
                {
                    text.Append(lines ? any ? "," : "[" : any ? ",\n    " : "[\n    ");
                    if (lines)
                    {
                        text.Append(found.Json.GetRawText());
                    }
                    else
                    {
                        JsonIndent.Append(text, found.Json.GetRawText(), 1);
                    }
                }
                else
                {
                    text.Append(Execute(template, found)).Append('\n');
                }

                any = true;
            }
            catch (DaemonException error)
            {
                errors.Add(error.Message);
            }
            catch (ExitException error)
            {
                errors.Add(error.Message);
            }
        }

        text.Append(any ? lines ? "]\n" : template is null ? "\n]\n" : "" : template is null ? "[]\n" : "\n");
        session.Out.Write(text.ToString());
        return errors.Count > 0 ? throw new ExitException(1, string.Join('\n', errors)) : 0;
    }

    private static Template? Compile(string format)
    {
        if (format.Length == 0)
        {
            return null;
        }

        return Parse(format);
    }

    /// <summary>Parses a template.</summary>
    /// <exception cref="ExitException">It is invalid: code 64.</exception>
    internal static Template Parse(string format)
    {
        try
        {
            return Template.Parse(format);
        }
        catch (TemplateException error)
        {
            throw new ExitException(64, "template parsing error: " + error.Message);
        }
    }

    /// <summary>Shows one object through a template: as its type, or else as the daemon's own JSON.</summary>
    /// <exception cref="ExitException">The object lacks what the template asks for.</exception>
    internal static string Execute(Template template, Found found)
    {
        try
        {
            return template.Execute(found.Type.View(found.Json));
        }
        catch (TemplateException)
        {
            // What the type lacks, the daemon's own JSON may have, under its own names.
            try
            {
                return template.Execute(JsonValues.From(found.Json, keepNumbers: true), new TemplateOptions { FailOnMissingKey = true });
            }
            catch (TemplateException error)
            {
                throw new ExitException(1, "template parsing error: " + error.Message);
            }
        }
    }
}
