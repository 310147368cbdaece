using System.Globalization;
using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.Frontend.Graph;

/// <summary>Reads owners: <c>1000:1000</c>, <c>app</c>, <c>app:staff</c>.</summary>
internal static class OwnerReader
{
    /// <summary>Reads one.</summary>
    /// <param name="text">The owner; empty for none.</param>
    /// <param name="input">The input in whose files names are looked up.</param>
    /// <returns>Null for none.</returns>
    public static ChownOpt? Read(string text, int input)
    {
        if (text.Length == 0)
        {
            return null;
        }

        int colon = text.IndexOf(':');
        string user = colon < 0 ? text : text[..colon], group = colon < 0 ? "" : text[(colon + 1)..];
        if (group.Contains(':'))
        {
            throw QuaiException.Invalid($"invalid chown parameter: {text}");
        }

        var owner = new ChownOpt { User = One(user, input) };
        if (group.Length > 0)
        {
            owner.Group = One(group, input);
        }

        return owner;
    }

    private static UserOpt One(string text, int input) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? new UserOpt { ByID = id } : new UserOpt { ByName = new NamedUserOpt { Name = text, Input = input } };
}
