using Quai.Compose.Yaml;

namespace Quai.Compose;

/// <summary>What is found wrong in one pass over a project, so that all of it can be told at once.</summary>
internal sealed class FaultList
{
    // A file that is wrong everywhere need not be told in full.
    private const int Most = 100;

    private readonly List<ComposeFault> _faults = [];
    private readonly List<NodePath> _paths = [];

    /// <summary>Whether anything was found.</summary>
    public bool HasAny => _faults.Count > 0;

    /// <summary>Whether something was found at this path.</summary>
    public bool Knows(NodePath path) => path.ToString() is var text && _faults.Exists(fault => fault.Path == text);

    /// <summary>Adds a fault about a node.</summary>
    public void Add(NodePath path, ComposeNode? node, string message, string? expected = null) =>
        Add(path, node?.Place, (node as ComposeScalar)?.Text, message, expected);

    /// <summary>Adds a fault about a place.</summary>
    public void Add(NodePath path, ComposePlace? place, string? value, string message, string? expected = null)
    {
        _paths.Add(path);
        Add(new ComposeFault(message) { Path = path.ToString(), Place = place, Value = value, Expected = expected });
    }

    /// <summary>Adds a fault that has not been found yet: a file may be read for several services.</summary>
    public void Add(ComposeFault fault)
    {
        if (_faults.Count < Most && !_faults.Contains(fault))
        {
            _faults.Add(fault);
        }
    }

    /// <summary>Adds what another pass threw.</summary>
    public void Add(ComposeException exception)
    {
        foreach (ComposeFault fault in exception.Faults)
        {
            Add(fault);
        }
    }

    /// <summary>The paths at which something was found since this was last asked.</summary>
    public IReadOnlyList<NodePath> TakePaths()
    {
        NodePath[] paths = [.. _paths];
        _paths.Clear();
        return paths;
    }

    /// <summary>Throws if anything was found.</summary>
    /// <exception cref="ComposeException">Something was.</exception>
    public void ThrowIfAny()
    {
        if (_faults.Count > 0)
        {
            throw new ComposeException(InOrder());
        }
    }

    /// <summary>In the order of the files, and of what is in them; what has no place comes last.</summary>
    private ComposeFault[] InOrder()
    {
        List<string> files = [.. _faults.Where(fault => fault.Place is not null).Select(fault => fault.Place!.File).Distinct()];
        return [.. _faults.OrderBy(fault => fault.Place is { } place ? files.IndexOf(place.File) : files.Count).ThenBy(fault => fault.Place?.Line).ThenBy(fault => fault.Place?.Column)];
    }
}
