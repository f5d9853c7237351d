"""The drawings: 16 grid, stroke of 1.7, the colour of the text around them; on the portal never without a word."""

ICONS = {
    "seedling": (
        '<path d="M8 14.5V8.2M8 8.2C8 5 5.6 3.6 2.2 3.6 2.2 6.9 4.4 8.7 8 8.7M8 9.7c0-3 2-4.8 5.8-4.8 0'
        ' 3.4-2.1 5.4-5.8 5.4M4.5 14.5h7"/>'
    ),
    "queue": '<path d="M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.05M2.5 8h.05M2.5 12h.05"/>',
    "firm": '<path d="M3 14V3.5h6.5V14M9.5 7H13v7M1.8 14h12.4M5.3 6.2h1.9M5.3 9h1.9"/>',
    "coaching": (
        '<circle cx="3.8" cy="4" r="1.8"/><circle cx="12.2" cy="12" r="1.8"/><path d="M5.6 4H10c3 0 3 4 0'
        ' 4H6c-3 0-3 4 0 4h4.4"/>'
    ),
    "gauge": '<path d="M2.5 12a6 6 0 1 1 11 0M8 10.5l2.7-3.7"/>',
    "roster": '<rect x="2.5" y="2.5" width="11" height="11" rx="1"/><path d="M2.5 6.2h11M2.5 9.8h11M6.5 2.5v11"/>',
    "lab": '<path d="M6.2 2.2h3.6M7 2.2v4.3L3.3 12.5c-.5.9 0 1.5.9 1.5h7.6c.9 0 1.4-.6.9-1.5L9 6.5V2.2M5.2 10h5.6"/>',
    "chart": '<path d="M2.5 13.5h11M4.5 11V8M8 11V4M11.5 11V6.5"/>',
    "book": (
        '<path d="M8 4C6.5 2.8 4.5 2.5 2.3 2.7v9.8c2.2-.2 4.2.1 5.7 1.3 1.5-1.2 3.5-1.5 5.7-1.3V2.7C11.5 2.5'
        ' 9.5 2.8 8 4zM8 4v9.8"/>'
    ),
    "find": '<circle cx="7" cy="7" r="4.5"/><path d="M10.4 10.4L14 14"/>',
    "bell": '<path d="M4 11.5V7.2C4 4.7 5.7 3 8 3s4 1.7 4 4.2v4.3l1 .9H3zM6.8 13.8h2.4"/>',
    "plus": '<path d="M8 3v10M3 8h10"/>',
    "close": '<path d="M4.5 4.5l7 7M11.5 4.5l-7 7"/>',
    "down": '<path d="M4 6l4 4 4-4"/>',
    "left": '<path d="M10 4L6 8l4 4"/>',
    "right": '<path d="M6 4l4 4-4 4"/>',
    "warning": '<path d="M8 2.2l6.3 11.3H1.7zM8 6.5v3.3M8 11.8v.05"/>',
    "clock": '<circle cx="8" cy="8" r="6.2"/><path d="M8 4.5V8l2.3 1.5"/>',
    "pause": '<path d="M5.5 4v8M10.5 4v8"/>',
    "tick": '<path d="M3 8.5l3.2 3.2L13 4.8"/>',
    "met": '<circle cx="8" cy="8" r="6.2"/><path d="M5.2 8.2l2 2 3.6-4"/>',
    "unmet": '<circle cx="8" cy="8" r="6.2"/><path d="M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6"/>',
    "unknown": (
        '<circle cx="8" cy="8" r="6.2" stroke-dasharray="2.6 2.27"/><path d="M6.3 6.3c.2-1 .9-1.5 1.8-1.5 1'
        ' 0 1.7.6 1.7 1.5 0 1.2-1.7 1.3-1.7 2.6M8.1 11.2v.05"/>'
    ),
    "person": '<circle cx="8" cy="5.2" r="2.6"/><path d="M3 13.6c.5-2.9 2.4-4.3 5-4.3s4.5 1.4 5 4.3"/>',
    "info": '<circle cx="8" cy="8" r="6.2"/><path d="M8 7.3v3.7M8 5v.05"/>',
    "edit": '<path d="M3 13l.6-2.8L10.7 3l2.3 2.3-7.2 7.1zM9.3 4.5l2.2 2.2"/>',
    "phone": (
        '<path d="M4 2.5h2L7.2 5.8 5.7 7c.7 1.5 1.8 2.6 3.3 3.3l1.2-1.5 3.3 1.2v2c0 .9-.7 1.5-1.5 1.5C6.7'
        ' 13.2 2.8 9.3 2.5 4c0-.8.6-1.5 1.5-1.5z"/>'
    ),
    "eye": '<path d="M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="1.9"/>',
    "paper": '<path d="M4 2h5.2L12.5 5.3V14H4zM9 2v3.5h3.5"/>',
    "upload": '<path d="M8 10.5V3M4.8 5.8L8 2.6l3.2 3.2M2.8 11v2.5h10.4V11"/>',
    "download": '<path d="M8 2.8v7.5M4.8 7.3L8 10.5l3.2-3.2M2.8 11v2.5h10.4V11"/>',
    "certificate": (
        '<rect x="2" y="2.8" width="12" height="8" rx="1"/><path d="M4.8 5.6h6.4M4.8 8h3M10.2'
        ' 10.8v3.4l1.3-.9 1.3.9v-3.4"/>'
    ),
    "leave": '<path d="M9.5 2.8H3.2v10.4h6.3M7 8h7M11.4 5.4L14 8l-2.6 2.6"/>',
    "lock": '<rect x="3.2" y="7" width="9.6" height="6.8" rx="1"/><path d="M5.4 7V5.2a2.6 2.6 0 0 1 5.2 0V7"/>',
    "print": '<path d="M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z"/>',
    "place": (
        '<path d="M8 14.2S3.4 10 3.4 6.6a4.6 4.6 0 0 1 9.2 0C12.6 10 8 14.2 8 14.2z"/><circle cx="8" cy="6.6" r="1.6"/>'
    ),
}
