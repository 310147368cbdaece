using Quai.Build.Trees;
using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.Build.Steps.Files;

/// <summary>Users and groups of file operations: numbers, or names that a tree's own lists have.</summary>
internal static class FileOwners
{
    private const int LargestList = 4 << 20;

    /// <summary>The numbers of an owner.</summary>
    /// <param name="owner">As the operation has it; null for none.</param>
    /// <param name="treeOf">The tree of an input.</param>
    /// <exception cref="QuaiException">A name is in no list.</exception>
    public static (uint? Uid, uint? Gid) Of(ChownOpt? owner, Func<long, MergedTree> treeOf)
    {
        if (owner is null)
        {
            return (null, null);
        }

        (uint Id, uint Group)? user = Find(owner.User, treeOf, "/etc/passwd"), group = Find(owner.Group, treeOf, "/etc/group");
        return (user?.Id, group?.Id ?? user?.Group);
    }

    private static (uint Id, uint Group)? Find(UserOpt? user, Func<long, MergedTree> treeOf, string list)
    {
        switch (user?.UserCase)
        {
            case UserOpt.UserOneofCase.ByID:
                return (user.ByID, user.ByID);
            case UserOpt.UserOneofCase.ByName:
                string text = treeOf(user.ByName.Input).ReadText(list, LargestList);
                foreach (string line in text.Split('\n'))
                {
                    string[] fields = line.Split(':');
                    if (fields.Length > 3 && fields[0] == user.ByName.Name && uint.TryParse(fields[2], out uint id))
                    {
                        return (id, list == "/etc/passwd" && uint.TryParse(fields[3], out uint primary) ? primary : id);
                    }
                }

                return uint.TryParse(user.ByName.Name, out uint number)
                    ? (number, number)
                    : throw QuaiException.Invalid($"invalid {(list == "/etc/passwd" ? "user" : "group")} index: can't find {user.ByName.Name} in {list}");
            default:
                return null;
        }
    }
}
