using System.Runtime.CompilerServices;
using System.Text;

namespace Quai.Plans.Protocol;

/// <summary>An exec's id, 64 hex digits; all zeros stand for the container itself.</summary>
[InlineArray(ShimProtocol.IdLength)]
public struct ProcessId
{
    private byte _first;

    /// <summary>The id as bytes.</summary>
    /// <param name="id">64 ASCII characters, or null for the container.</param>
    public static ProcessId Of(string? id)
    {
        ProcessId value = default;
        Encoding.ASCII.GetBytes(id ?? "", value);
        return value;
    }

    /// <summary>The id as text.</summary>
    public readonly string Text() => Encoding.ASCII.GetString(this);
}
