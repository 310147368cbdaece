namespace Quai.BuildClient.Builders;

/// <summary>A rule by which a builder cuts its cache back.</summary>
/// <param name="All">Whether what images have too is meant as well.</param>
/// <param name="Filters">Which records; none for any.</param>
/// <param name="KeepDuration">How long what was used stays; zero for no such rule.</param>
/// <param name="ReservedSpace">Bytes that stay in any case; 0 for none.</param>
/// <param name="MaxUsedSpace">Bytes that the cache may have; 0 for any number.</param>
/// <param name="MinFreeSpace">Bytes of the disk that are to be free; 0 for any number.</param>
public sealed record CacheRule(bool All, IReadOnlyList<string> Filters, TimeSpan KeepDuration, long ReservedSpace, long MaxUsedSpace, long MinFreeSpace);
