using Quai.Errors;

namespace Quai.BuildClient.Sessions;

/// <summary>Where a secret's value is: read when it is asked for.</summary>
/// <param name="Id">The name by which the build asks for it.</param>
/// <param name="FilePath">The file that has it; empty for a variable.</param>
/// <param name="Variable">The variable that has it; empty for a file.</param>
public sealed record SecretSource(string Id, string FilePath, string Variable)
{
    /// <summary>The most bytes that a secret has.</summary>
    public const int Largest = 500 << 10;

    /// <summary>The value.</summary>
    /// <exception cref="QuaiException">It cannot be read, or is too large.</exception>
    public byte[] Read()
    {
        if (FilePath.Length == 0)
        {
            return System.Text.Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable(Variable) ?? "");
        }

        byte[] value;
        try
        {
            value = File.ReadAllBytes(FilePath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw QuaiException.System($"failed to read secret {Id}: {e.Message}", e);
        }

        return value.Length <= Largest ? value : throw QuaiException.Invalid($"invalid secret size {value.Length}, maximum {Largest}");
    }
}
