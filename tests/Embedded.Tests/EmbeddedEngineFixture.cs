using System.Collections.Concurrent;
using QodOrleans.Contracts;
using QodOrleans.Core.Notifications;
