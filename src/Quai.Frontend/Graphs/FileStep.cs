using Quai.BuildProtocol.Llb;

namespace Quai.Frontend.Graphs;

/// <summary>Files copied and made.</summary>
/// <param name="below">The tree that they are put into.</param>
internal sealed class FileStep(Files? below) : Step
{
    private readonly List<(Files? Source, FileAction Action, string Owner)> _actions = [];

    /// <inheritdoc/>
    public override IEnumerable<Files?> Inputs => [below, .. _actions.Select(a => a.Source)];

    /// <summary>Adds a copy.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="copy">What, without its owner.</param>
    /// <param name="owner">Its owner, <c>user[:group]</c>; empty for the usual.</param>
    public void Copy(Files? source, FileActionCopy copy, string owner = "") => _actions.Add((source, new FileAction { Copy = copy }, owner));

    /// <summary>Adds a directory.</summary>
    public void MakeDirectory(FileActionMkDir directory, string owner = "") => _actions.Add((null, new FileAction { Mkdir = directory }, owner));

    /// <summary>Adds a file.</summary>
    public void MakeFile(FileActionMkFile file) => _actions.Add((null, new FileAction { Mkfile = file }, ""));

    /// <inheritdoc/>
    public override void Write(Op op, Func<Files?, long> index)
    {
        op.File = new FileOp();
        for (int at = 0; at < _actions.Count; at++)
        {
            (Files? source, FileAction action, string owner) = _actions[at];
            action = action.Clone();
            action.Input = at == 0 ? index(below) : op.Inputs.Count + at - 1;
            action.SecondaryInput = index(source);
            action.Output = at == _actions.Count - 1 ? 0 : -1;
            if (action.Copy is { } copy)
            {
                copy.Owner = Owner(owner, index(below));
            }
            else if (action.Mkdir is { } directory)
            {
                directory.Owner = Owner(owner, index(below));
            }

            op.File.Actions.Add(action);
        }
    }

    private static ChownOpt? Owner(string owner, long names)
    {
        if (owner.Length == 0)
        {
            return null;
        }

        int colon = owner.IndexOf(':');
        return new ChownOpt
        {
            User = Who(colon < 0 ? owner : owner[..colon], names),
            Group = colon < 0 ? null : Who(owner[(colon + 1)..], names),
        };
    }

    private static UserOpt? Who(string name, long names) =>
        name.Length == 0 ? null
        : uint.TryParse(name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out uint id) ? new UserOpt { ByID = id }
        : new UserOpt { ByName = new NamedUserOpt { Name = name, Input = names } };
}
