using Quai.Compose.Yaml;

namespace Quai.Compose;

/// <summary>What is found wrong in one pass over a project, so that all of it can be told at once.</summary>
internal sealed class FaultList
{
    // A file that is wrong everywhere need not be told in full.
    private const int Most = 100;

    private readonly List<ComposeFault> _faults = [];

    /// <summary>Adds a fault about a node.</summary>
    public void Add(NodePath path, ComposeNode? node, string message, string? expected = null) =>
        Add(path, node?.Place, (node as ComposeScalar)?.Text, message, expected);

    /// <summary>Adds a fault about a place.</summary>
    public void Add(NodePath path, ComposePlace? place, string? value, string message, string? expected = null)
    {
        if (_faults.Count < Most)
        {
            _faults.Add(new(message) { Path = path.ToString(), Place = place, Value = value, Expected = expected });
        }
    }

    /// <summary>Adds what another pass threw.</summary>
    public void Add(ComposeException exception) => _faults.AddRange(exception.Faults.Take(Most - _faults.Count));

    /// <summary>Throws if anything was found.</summary>
    /// <exception cref="ComposeException">Something was.</exception>
    public void ThrowIfAny()
    {
        if (_faults.Count > 0)
        {
            throw new ComposeException([.. _faults]);
        }
    }
}
