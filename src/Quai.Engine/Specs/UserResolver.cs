using System.Globalization;
using Quai.Errors;

namespace Quai.Engine.Specs;

/// <summary>A program's user in numbers.</summary>
/// <param name="Uid">User.</param>
/// <param name="Gid">Primary group.</param>
/// <param name="AdditionalGids">All supplementary groups, without the primary one.</param>
/// <param name="Home">Home folder, <c>/</c> if the user has no entry.</param>
public sealed record ResolvedUser(uint Uid, uint Gid, IReadOnlyList<uint> AdditionalGids, string Home)
{
    /// <summary>Root with no groups.</summary>
    public static ResolvedUser Root { get; } = new(0, 0, [], "/");
}

/// <summary>Resolves <c>user[:group]</c>, names or numbers, to numbers using a root's <c>/etc/passwd</c> and <c>/etc/group</c>.</summary>
public static class UserResolver
{
    private const long MaxId = int.MaxValue;
    private const string NoUser = "no matching entries in passwd file", NoGroup = "no matching entries in group file";
    private const string OutOfRange = "uids and gids must be in range 0-2147483647";

    /// <summary>Resolves a user.</summary>
    /// <param name="spec">As in <c>--user</c>; empty for the image's root.</param>
    /// <param name="passwd">The file's content; empty if there is none.</param>
    /// <param name="group">The file's content; empty if there is none.</param>
    /// <param name="groupAdd"><c>--group-add</c>, names or numbers.</param>
    /// <exception cref="QuaiException">A name has no entry, or a number is out of range.</exception>
    public static ResolvedUser Resolve(string spec, string passwd, string group, IReadOnlyList<string>? groupAdd = null)
    {
        int colon = spec.IndexOf(':', StringComparison.Ordinal);
        string userPart = colon < 0 ? spec : spec[..colon];
        string groupPart = colon < 0 ? "" : spec[(colon + 1)..];
        (string? name, long uid, long gid, string home) = FindUser(userPart, passwd);
        var groups = new List<uint>();
        if (groupPart.Length > 0)
        {
            gid = FindGroup(groupPart, group) ?? throw QuaiException.Invalid($"unable to find group {groupPart}: {NoGroup}");
        }
        else if (name is not null)
        {
            foreach (ReadOnlySpan<char> line in group.EnumerateLines())
            {
                if (Field(line, 3) is { Length: > 0 } members && HasMember(members, name) && Number(Field(line, 2)) is >= 0 and <= MaxId and { } id)
                {
                    groups.Add((uint)id);
                }
            }
        }

        foreach (string extra in groupAdd ?? [])
        {
            long id = FindGroup(extra, group) ?? throw QuaiException.Invalid($"Unable to find group {extra}: {NoGroup}");
            groups.Add((uint)id);
        }

        return new ResolvedUser((uint)uid, (uint)gid, [.. groups.Distinct().Where(id => id != gid)], home);
    }

    private static (string? Name, long Uid, long Gid, string Home) FindUser(string user, string passwd)
    {
        long? wanted = user.Length == 0 ? 0 : Number(user);
        foreach (ReadOnlySpan<char> line in passwd.EnumerateLines())
        {
            ReadOnlySpan<char> name = Field(line, 0);
            long uid = Number(Field(line, 2)) ?? 0;
            if (name.Length > 0 && ((user.Length > 0 && name.SequenceEqual(user)) || wanted == uid))
            {
                string home = Field(line, 5).ToString();
                return (name.ToString(), InRange(uid), InRange(Number(Field(line, 3)) ?? 0), home.Length > 0 ? home : "/");
            }
        }

        return wanted is { } number
            ? (null, InRange(number), 0, "/")
            : throw QuaiException.Invalid($"unable to find user {user}: {NoUser}");
    }

    private static long? FindGroup(string wanted, string group)
    {
        long? number = Number(wanted);
        foreach (ReadOnlySpan<char> line in group.EnumerateLines())
        {
            ReadOnlySpan<char> name = Field(line, 0);
            long? gid = Number(Field(line, 2));
            if (name.Length > 0 && gid is { } id && (name.SequenceEqual(wanted) || number == id))
            {
                return InRange(id);
            }
        }

        return number is { } plain ? InRange(plain) : null;
    }

    private static long InRange(long id) => id is >= 0 and <= MaxId ? id : throw QuaiException.Invalid(OutOfRange);

    private static long? Number(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static bool HasMember(ReadOnlySpan<char> members, string name)
    {
        foreach (Range range in members.Split(','))
        {
            if (members[range].SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<char> Field(ReadOnlySpan<char> line, int index)
    {
        line = line.Trim();
        for (; index > 0; index--)
        {
            int colon = line.IndexOf(':');
            if (colon < 0)
            {
                return [];
            }

            line = line[(colon + 1)..];
        }

        int end = line.IndexOf(':');
        return end < 0 ? line : line[..end];
    }
}
