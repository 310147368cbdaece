using Quai.Dockerfiles;
using Quai.Errors;

namespace Quai.Frontend.Checks;

/// <summary>Gathers what the checks of a file find.</summary>
/// <param name="settings">Which are done.</param>
internal sealed class CheckRun(CheckSettings settings)
{
    private readonly List<Finding> _findings = [];

    /// <summary>What they found, in the order in which it was found.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Notes something, once, if its check is done.</summary>
    public void Find(CheckRule rule, LineRange lines, string detail)
    {
        var finding = new Finding(rule, lines, detail);
        if (settings.Has(rule) && !_findings.Contains(finding))
        {
            _findings.Add(finding);
        }
    }

    /// <summary>Fails where something was found and the build is to fail then.</summary>
    public void Finish()
    {
        if (settings.FailsBuild && Violation is { } violation)
        {
            throw violation;
        }
    }

    /// <summary>The failure that what was found is where the build is to fail then; null where nothing was.</summary>
    public QuaiException? Violation => _findings.Count == 0 ? null
        : QuaiException.Invalid($"lint violation found for rules: {string.Join(", ", _findings.Select(f => f.Rule.Name).Distinct())}");
}
