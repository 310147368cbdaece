namespace Quai.BuildClient.Sessions;

/// <summary>What the user has logged in to.</summary>
public interface IRegistryLogins
{
    /// <summary>The name and the password for a registry; where the name is empty, the second is a token that is exchanged for others. Null for none.</summary>
    /// <param name="host">The registry.</param>
    (string Name, string Secret)? Find(string host);
}
