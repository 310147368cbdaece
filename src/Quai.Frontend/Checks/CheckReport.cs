using System.Collections.Concurrent;
using System.Security.Cryptography;
using Quai.Build.Frontends;
using Quai.Build.Progress;
using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles;
using Quai.Errors;
using Quai.Frontend.Graphs;

namespace Quai.Frontend.Checks;

/// <summary>Takes what checks find, and tells of it what the Dockerfile wants told: <c># check=skip=NAME,NAME;error=true</c>.</summary>
internal sealed class CheckReport
{
    private readonly HashSet<string> _skipped = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<Finding, bool> _found = new();
    private readonly bool _isError;

    /// <summary>Begins a report.</summary>
    /// <param name="settings">What is told, as it is written; null for everything.</param>
    /// <exception cref="QuaiException">It is malformed.</exception>
    public CheckReport(string? settings)
    {
        foreach (string setting in (settings ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = setting.IndexOf('=');
            string key = (equals < 0 ? setting : setting[..equals]).Trim().ToLowerInvariant(), value = setting[(equals + 1)..].Trim();
            switch (key)
            {
                case "skip" when equals >= 0:
                    _skipped.UnionWith(value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
                    break;
                case "error" when equals >= 0:
                    _isError = value is "1" or "t" or "T" or "true" or "TRUE" or "True" || (value is "0" or "f" or "F" or "false" or "FALSE" or "False" ? false
                        : throw QuaiException.Invalid($"failed to parse check option \"error={value}\": invalid syntax"));
                    break;
                case "experimental" when equals >= 0:
                    break;
                default:
                    throw QuaiException.Invalid(equals < 0 ? $"invalid check option \"{setting}\"" : $"invalid check option \"{key}\"");
            }
        }
    }

    /// <summary>What was found, in the order of its places.</summary>
    public IReadOnlyList<Finding> Found => [.. _found.Keys.OrderBy(f => f.Lines.First).ThenBy(f => f.Rule.Name, StringComparer.Ordinal)];

    /// <summary>Takes a finding.</summary>
    public void Add(CheckRule rule, string message, LineRange lines)
    {
        if (!_skipped.Contains("all") && !_skipped.Contains(rule.Name))
        {
            _found.TryAdd(new Finding(rule, message, lines), true);
        }
    }

    /// <summary>Tells of what was found.</summary>
    /// <param name="host">Takes warnings.</param>
    /// <param name="source">The Dockerfile.</param>
    /// <exception cref="QuaiException">Something was found, and the Dockerfile wants that to be an error.</exception>
    public void Send(IFrontendHost host, SourceInfo source)
    {
        IReadOnlyList<Finding> found = Found;
        string vertex = source.Definition?.Def is { Count: > 0 } steps ? "sha256:" + Convert.ToHexStringLower(SHA256.HashData(steps[0].Span)) : "";
        foreach ((CheckRule rule, string message, LineRange lines) in found)
        {
            host.Warn(new WarningEvent(vertex, 1, $"{rule.Name}: {message}{(lines.First > 0 ? $" (line {lines.First})" : "")}")
            {
                Detail = [rule.Description],
                Url = rule.Url,
                Source = source,
                Ranges = lines.First > 0 ? [GraphWriter.RangeOf(lines)] : [],
            });
        }

        if (_isError && found.Count > 0)
        {
            throw QuaiException.Invalid($"lint violation found for rules: {string.Join(", ", found.Select(f => f.Rule.Name).Distinct().Order(StringComparer.Ordinal))}");
        }
    }
}
