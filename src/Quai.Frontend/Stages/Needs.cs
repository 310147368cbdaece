using Quai.Dockerfiles;

namespace Quai.Frontend.Stages;

/// <summary>What a build needs of the client besides files: secrets and agents, each once.</summary>
internal sealed class Needs
{
    private readonly List<(string Kind, string Name, bool IsRequired, LineRange Lines)> _all = [];

    /// <summary>Notes one.</summary>
    public void Add(string kind, string name, bool isRequired, LineRange lines)
    {
        if (!_all.Exists(n => n.Kind == kind && n.Name == name))
        {
            _all.Add((kind, name, isRequired, lines));
        }
    }

    /// <summary>Those of a kind.</summary>
    public IEnumerable<(string Kind, string Name, bool IsRequired, LineRange Lines)> Of(string kind) => _all.Where(n => n.Kind == kind);
}
