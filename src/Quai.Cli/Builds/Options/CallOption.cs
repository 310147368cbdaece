using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Options;

/// <summary>A value of <c>--call</c>: what the frontend is asked instead of a build, such as <c>check,format=json</c>.</summary>
/// <param name="Name">The question, as the frontend knows it; empty for a build.</param>
/// <param name="Format">The form of the answer; empty for one for people.</param>
/// <param name="IgnoresStatus">Whether findings are no failure.</param>
internal sealed record CallOption(string Name, string Format, bool IgnoresStatus)
{
    /// <summary>The name of the checks.</summary>
    public const string Lint = "lint";

    /// <summary>The name of the practices, which answer what the checks do, too.</summary>
    public const string Practices = "practices";

    /// <summary>The question, as the request has it.</summary>
    public string Question => Name == Practices ? "quai.practices" : "frontend." + Name;

    /// <summary>Whether practices may be told beside the checks.</summary>
    public bool MayTellPractices => Name == Lint && Format is "" or "sarif";

    /// <summary>What is said where a frontend does not know the question; empty for one that all know.</summary>
    public string Advice => Name is "" or Lint or Practices or "outline" or "targets" or "subrequests.describe" ? "" : ": --call is build, check, outline or targets, or what subrequests.describe tells of the frontend";

    /// <summary>Reads a value.</summary>
    /// <exception cref="ExitException">It is malformed.</exception>
    public static CallOption Parse(string text)
    {
        if (text.Length == 0)
        {
            return new CallOption("", "", false);
        }

        string name = "", format = "";
        bool ignores = false;
        foreach (string field in Fields.Split(text))
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            switch (equals < 0 ? "" : field[..equals])
            {
                case "":
                    name = name.Length == 0 ? field : throw new ExitException(1, $"ERROR: invalid value \"{text}\"");
                    break;
                case "format":
                    format = field[7..];
                    break;
                case "ignorestatus":
                    ignores = FlagValues.Bool(field[13..]);
                    break;
                default:
                    throw new ExitException(1, $"ERROR: invalid value \"{text}\"");
            }
        }

        return new CallOption(name switch { "build" => "", "check" => Lint, _ => name }, format, ignores);
    }
}
