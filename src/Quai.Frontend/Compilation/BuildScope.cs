using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles;
using Quai.Dockerfiles.Ignoring;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Dockerfiles.Words;
using Quai.Errors;
using Quai.Frontend.Checks;
using Quai.Frontend.Contexts;
using Quai.Frontend.Graphs;
using Quai.Frontend.Requests;
using Platform = Quai.Oci.Images.Platform;

namespace Quai.Frontend.Compilation;

/// <summary>What holds for all stages of a build for one platform.</summary>
/// <param name="Request">What is asked for.</param>
/// <param name="Source">The Dockerfile.</param>
/// <param name="Context">The files of the context.</param>
/// <param name="Platform">The platform that is built for.</param>
/// <param name="Escape">The Dockerfile's escape character.</param>
internal sealed record BuildScope(BuildRequest Request, SourceInfo Source, Files Context, Platform Platform, char Escape)
{
    /// <summary>The variables before the first stage.</summary>
    public OrderedDictionary<string, string> GlobalArguments { get; } = new(StringComparer.Ordinal);

    /// <summary>The same with the values that they have where whoever asks for the build gives none.</summary>
    public OrderedDictionary<string, string> UsualArguments { get; } = new(StringComparer.Ordinal);

    /// <summary>Tells which paths of the context are left out; null for a context where none are.</summary>
    public IgnoreMatcher? Ignored { get; init; }

    /// <summary>The paths of the context that are used.</summary>
    public HashSet<string> Paths { get; } = new(StringComparer.Ordinal);

    /// <summary>When history is said to be made; null for when it is.</summary>
    public DateTimeOffset? Epoch { get; init; }

    /// <summary>Takes what checks find.</summary>
    public required CheckReport Checks { get; init; }

    /// <summary>A text of a stage's instruction with variables' values; what is not set is told.</summary>
    /// <exception cref="CompileException">It is malformed.</exception>
    public string Expand(string text, StageState stage, LineRange lines, WordOptions options = WordOptions.None)
    {
        Expansion expanded = Guard(text, lines, () => new WordExpander(Escape, n => stage.Variables.GetValueOrDefault(n), options).Expand(text));
        foreach (string name in expanded.Unset.Where(n => n.Length > 0 && (char.IsLetter(n[0]) || n[0] == '_') && !stage.Arguments.Exists(a => a.Name == n)))
        {
            Checks.Add(CheckRule.UndefinedVar, NearestWord.Find(name, stage.Variables.Keys) is { } near
                ? $"Usage of undefined variable '${name}' (did you mean ${near}?)" : $"Usage of undefined variable '${name}'", lines);
        }

        return expanded.Text;
    }

    /// <summary>A text with variables' values.</summary>
    /// <exception cref="CompileException">It is malformed.</exception>
    public string Expand(string text, OrderedDictionary<string, string> variables, LineRange lines, WordOptions options = WordOptions.None) =>
        Guard(text, lines, () => new WordExpander(Escape, n => variables.GetValueOrDefault(n), options).Expand(text).Text);

    /// <summary>A text of a FROM with variables' values; what nobody declared is told.</summary>
    /// <param name="text">The text.</param>
    /// <param name="declared">The names that are declared, with or without a value.</param>
    /// <param name="lines">Where it is.</param>
    /// <exception cref="CompileException">It is malformed.</exception>
    public string ExpandFrom(string text, IReadOnlyCollection<string> declared, LineRange lines)
    {
        Expansion expanded = Guard(text, lines, () => new WordExpander(Escape, n => GlobalArguments.GetValueOrDefault(n)).Expand(text));
        string[] known = [.. GlobalArguments.Keys, .. declared];
        foreach (string name in expanded.Unset.Except(known))
        {
            Checks.Add(CheckRule.UndefinedArgInFrom, NearestWord.Suggest($"FROM argument '{name}' is not declared", name, known), lines);
        }

        return expanded.Text;
    }

    /// <summary>A text with variables' values, as words.</summary>
    /// <exception cref="CompileException">It is malformed.</exception>
    public IReadOnlyList<string> ExpandWords(string text, OrderedDictionary<string, string> variables, LineRange lines) =>
        Guard(text, lines, () => new WordExpander(Escape, n => variables.GetValueOrDefault(n)).ExpandWords(text).Words);

    /// <summary>What a step is called: its place among those of its stage, and its instruction.</summary>
    public string Title(StageState stage, string text)
    {
        if (stage.Steps == 0)
        {
            return text;
        }

        string platform = Request.WantsSeveral ? stage.Platform == Platform ? $"{Platform} " : $"{stage.Platform}->{Platform} " : "";
        string count = stage.Steps.ToString(System.Globalization.CultureInfo.InvariantCulture);
        string number = (++stage.Step).ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(count.Length);
        return $"[{platform}{(stage.Title.Length > 0 ? stage.Title + " " : "")}{number}/{count}] {text}";
    }

    /// <summary>An instruction as it is shown: its name in upper case, variables with their values.</summary>
    public string Shown(string text, StageState stage, bool keepsQuotes)
    {
        string shown = text;
        try
        {
            WordOptions options = keepsQuotes ? WordOptions.KeepQuotes | WordOptions.KeepEscapes | WordOptions.KeepUnset : WordOptions.None;
            shown = new WordExpander(Escape, n => stage.Variables.GetValueOrDefault(n), options).Expand(text).Text;
        }
        catch (QuaiException)
        {
            // It is shown as it is written.
        }

        int end = shown.IndexOf(' ');
        return end < 0 ? shown.ToUpperInvariant() : shown[..end].ToUpperInvariant() + shown[end..];
    }

    private static T Guard<T>(string text, LineRange lines, Func<T> expand)
    {
        try
        {
            return expand();
        }
        catch (QuaiException e)
        {
            throw new CompileException($"failed to process {GoText.Quote(text)}: {e.Message}", lines, e.Kind, e);
        }
    }
}
