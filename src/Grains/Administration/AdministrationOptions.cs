using System.ComponentModel.DataAnnotations;

namespace QodOrleans.Grains.Administration;

/// <summary>Who may administer the cluster, under <c>Qod:Administration</c>. Silos read it.</summary>
public sealed class AdministrationOptions
{
    public const string Section = "Qod:Administration";

    /// <summary>The bearer token that silos ask for on <c>/admin</c>. A secret of 32 to 512 characters; null, the default: there is no <c>/admin</c>.</summary>
    [StringLength(512, MinimumLength = 32)]
    public string? Token { get; set; }
}
