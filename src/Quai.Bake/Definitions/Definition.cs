using Quai.Bake.Plans;

namespace Quai.Bake.Definitions;

/// <summary>All groups and targets of the files, before anything is asked for.</summary>
internal sealed class Definition
{
    /// <summary>The groups, in order.</summary>
    public List<GroupDraft> Groups { get; } = [];

    /// <summary>The targets, in order.</summary>
    public List<TargetDraft> Targets { get; } = [];

    /// <summary>The variables.</summary>
    public List<BakeVariable> Variables { get; } = [];

    /// <summary>A target by name.</summary>
    public TargetDraft? Target(string name) => Targets.Find(target => target.Name == name);

    /// <summary>A group by name.</summary>
    public GroupDraft? Group(string name) => Groups.Find(group => group.Name == name);
}
