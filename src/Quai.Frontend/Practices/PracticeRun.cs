using Quai.Dockerfiles;
using Quai.Frontend.Checks;

namespace Quai.Frontend.Practices;

/// <summary>Gathers the places of a file that do not follow practices.</summary>
/// <param name="settings">Which are looked for.</param>
/// <param name="source">The file's lines.</param>
internal sealed class PracticeRun(CheckSettings settings, string[] source)
{
    private readonly List<PracticeFinding> _findings = [];

    /// <summary>What was found, in the order of the file.</summary>
    public IReadOnlyList<PracticeFinding> Findings => [.. _findings.OrderBy(f => f.Lines.First)];

    /// <summary>Notes a place.</summary>
    /// <param name="practice">The practice.</param>
    /// <param name="lines">Where it is.</param>
    /// <param name="detail">What it is, in a sentence.</param>
    /// <param name="better">The lines as they would be better.</param>
    /// <param name="isExact">Whether they can be put in as they are.</param>
    public void Find(Practice practice, LineRange lines, string detail, string better, bool isExact)
    {
        // What an image's ONBUILD brings has no lines here.
        if (lines.First > 0 && !settings.Skips(practice.Name) && !_findings.Exists(f => f.Practice == practice && f.Lines == lines))
        {
            _findings.Add(new PracticeFinding(practice, lines, detail, better, isExact));
        }
    }

    /// <summary>Notes a place where a few words are better others.</summary>
    public void Replace(Practice practice, LineRange lines, string detail, string old, string better, bool isExact)
    {
        string text = Text(lines);
        int at = text.IndexOf(old, StringComparison.Ordinal);
        Find(practice, lines, detail, at < 0 ? better : string.Concat(text.AsSpan(0, at), better, text.AsSpan(at + old.Length)), isExact && at >= 0);
    }

    /// <summary>The text of lines, without the last one's end.</summary>
    public string Text(LineRange lines) => string.Join('\n', source[(lines.First - 1)..Math.Min(lines.Last, source.Length)]);
}
